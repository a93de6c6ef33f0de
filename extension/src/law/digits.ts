/**
 * Check digits of register numbers, in the words of python-stdnum, which is their judge
 * (tests/vectors/register_numbers.json). Each gives the number's normal form, or null for a wrong one.
 */
type Validate = (text: string) => string | null;

const digitsOf = (text: string): number[] => [...text].map(Number);
const weighted = (text: string, weights: readonly number[]): number => weights.reduce((sum, weight, at) => sum + weight * Number(text[at]), 0);
const bare = (text: string): string => text.replace(/[\s.,/\-–]/g, "").toUpperCase();

function luhn(text: string): boolean {
  const sum = digitsOf(text).reverse().reduce((all, digit, at) => all + (at % 2 ? digit * 2 - (digit > 4 ? 9 : 0) : digit), 0);
  return sum % 10 === 0;
}

/** ISO 7064, modulus 11 and 10. */
function mod1110(text: string): boolean {
  let check = 5;
  for (const digit of digitsOf(text)) check = (((check || 10) * 2) % 11 + digit) % 10;
  return check === 1;
}

function krBusiness(text: string): string | null {
  const digits = text.replace(/\D/g, "");
  if (!/^[1-9]\d{9}$/.test(digits) || digits.slice(3, 5) === "00" || digits.slice(5, 9) === "0000") return null;
  const total = weighted(digits, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((Number(digits[8]) * 5) / 10);
  return (10 - (total % 10)) % 10 === Number(digits[9]) ? digits.replace(/^(\d{3})(\d{2})/, "$1-$2-") : null;
}

const USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY";

function cnCredit(text: string): string | null {
  const code = bare(text);
  if (!/^\d{8}[0-9A-HJ-NPQRTUWXY]{10}$/.test(code)) return null;
  const total = [...code.slice(0, 17)].reduce((sum, letter, at) => sum + USCC.indexOf(letter) * Number(3n ** BigInt(at) % 31n), 0);
  return USCC[(31 - (total % 31)) % 31] === code[17] ? code : null;
}

function jpCorporate(text: string): string | null {
  const code = text.replace(/[\s-]/g, "");
  if (!/^\d{13}$/.test(code)) return null;
  const total = weighted([...code.slice(1)].reverse().join(""), [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2]);
  return 9 - (total % 9) === Number(code[0]) ? code : null;
}

const CIF_LETTERS = "JABCDEFGHI";

function esCompany(text: string): string | null {
  const code = bare(text).replace(/^ES/, "");
  if (!/^[ABCDEFGHJNPQRSUVW]\d{7}[0-9A-J]$/.test(code)) return null;
  const sum = digitsOf(code.slice(1, 8)).reduce((all, digit, at) => all + (at % 2 ? digit : digit * 2 - (digit > 4 ? 9 : 0)), 0);
  const check = (10 - (sum % 10)) % 10;
  const last = code[8] as string;
  return last === CIF_LETTERS[check] || last === String(check) ? code : null;
}

function ieVat(code: string): boolean {
  if (!/^\d[0-9A-Z+*]\d{5}[A-W][A-I]?$/.test(code)) return false;
  const letters = "WABCDEFGHIJKLMNOPQRSTUV";
  const old = !/\d/.test(code[1] as string);
  const number = old ? `0${code.slice(2, 7)}${code[0]}` : code.slice(0, 7);
  const extra = !old && code[8] ? 9 * letters.indexOf(code[8]) : 0;
  return letters[(weighted(number, [8, 7, 6, 5, 4, 3, 2]) + extra) % 23] === code[7];
}

function nlVat(code: string): boolean {
  if (!/^\d{9}B\d{2}$/.test(code)) return false;
  const sum = weighted(code, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
  if (sum === Number(code[8]) && sum < 10) return true;
  const number = [...`NL${code}`].map((each) => (/\d/.test(each) ? each : String(each.charCodeAt(0) - 55))).join("");
  return BigInt(number) % 97n === 1n;
}

function frVat(code: string): boolean {
  const siren = code.slice(2);
  if (!/^[0-9A-HJ-NP-Z]{2}\d{9}$/.test(code)) return false;
  if (siren !== "000000000" && !luhn(siren) && !/^356000000/.test(siren)) return false;
  if (/^\d{2}/.test(code)) return Number(code.slice(0, 2)) === Number(BigInt(`${siren}12`) % 97n);
  const signs = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  const [one, two] = [signs.indexOf(code[0] as string), signs.indexOf(code[1] as string)];
  const check = /\d/.test(code[0] as string) ? one * 24 + two - 10 : one * 34 + two - 100;
  return (Number(siren) + 1 + Math.floor(check / 11)) % 11 === check % 11;
}

function bgVat(code: string): boolean {
  const total = weighted(code, [1, 2, 3, 4, 5, 6, 7, 8]) % 11;
  const check = total < 10 ? total : (weighted(code, [3, 4, 5, 6, 7, 8, 9, 10]) % 11) % 10;
  return /^\d{9}$/.test(code) && check === Number(code[8]);
}

function czVat(code: string): boolean {
  const check = (11 - (weighted(code, [8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return /^[0-8]\d{7}$/.test(code) && (check === 0 ? 1 : check % 10) === Number(code[7]);
}

function siVat(code: string): boolean {
  const check = 11 - (weighted(code, [8, 7, 6, 5, 4, 3, 2]) % 11);
  return /^[1-9]\d{7}$/.test(code) && check !== 11 && check % 10 === Number(code[7]);
}

const at = (code: string, place: number): number => Number(code[place]);
/** Numbers of digits whose last is a weighted sum of the others. */
const sums = (code: string, weights: readonly number[], modulus: number): boolean => weighted(code, weights) % modulus === at(code, weights.length);

/** By country: whether a VAT number without its prefix is right. */
const VAT: Readonly<Record<string, (code: string) => boolean>> = {
  DE: (code) => /^[1-9]\d{8}$/.test(code) && mod1110(code),
  AT: (code) => /^U\d{8}$/.test(code) && (10 - ((luhnSum(code.slice(1, 8)) + 4) % 10)) % 10 === at(code, 8),
  FR: frVat,
  IT: (code) => /^\d{11}$/.test(code) && luhn(code) && code.slice(0, 7) !== "0000000" && isOffice(code.slice(7, 10)),
  NL: nlVat,
  BE: (code) => /^[01]\d{9}$/.test(code) && 97 - (Number(code.slice(0, 8)) % 97) === Number(code.slice(8)),
  LU: (code) => /^\d{8}$/.test(code) && Number(code.slice(0, 6)) % 89 === Number(code.slice(6)),
  IE: ieVat,
  PL: (code) => /^\d{10}$/.test(code) && sums(code, [6, 5, 7, 2, 3, 4, 5, 6, 7], 11),
  CZ: czVat,
  SK: (code) => /^[1-9]\d[2-47-9]\d{7}$/.test(code) && Number(code) % 11 === 0,
  HU: (code) => /^\d{8}$/.test(code) && (10 - (weighted(code, [9, 7, 3, 1, 9, 7, 3]) % 10)) % 10 === at(code, 7),
  RO: (code) => /^[1-9]\d{1,9}$/.test(code) && ((10 * weighted(code.slice(0, -1).padStart(9, "0"), [7, 5, 3, 2, 1, 7, 5, 3, 2])) % 11) % 10 === Number(code.at(-1)),
  BG: bgVat,
  GR: (code) => /^\d{9}$/.test(code) && (weighted(code, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === at(code, 8),
  SI: siVat,
  HR: (code) => /^\d{11}$/.test(code) && mod1110(code),
  PT: (code) => /^[1-9]\d{8}$/.test(code) && ((11 - (weighted(code, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === at(code, 8),
  DK: (code) => /^[1-9]\d{7}$/.test(code) && weighted(code, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  FI: (code) => /^\d{8}$/.test(code) && weighted(code, [7, 9, 10, 5, 8, 4, 2, 1]) % 11 === 0,
  SE: (code) => /^\d{10}01$/.test(code) && luhn(code.slice(0, 10)),
  GB: (code) => /^\d{9}(?:\d{3})?$/.test(code) && [0, 42, 55].includes(weighted(code, [8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97),
};

function luhnSum(text: string): number {
  return digitsOf(text).reduce((all, digit, place) => all + (place % 2 ? digit * 2 - (digit > 4 ? 9 : 0) : digit), 0);
}

/** Provinces of Italian tax offices. */
function isOffice(code: string): boolean {
  const number = Number(code);
  return (number >= 1 && number <= 100) || [120, 121, 888, 999].includes(number);
}

/** A number of a country, with or without its prefix; `keep` puts the prefix into the normal form. */
function ofCountry(country: string, keep = false): Validate {
  return (text) => {
    const code = bare(text).replace(new RegExp(`^${country === "GR" ? "(?:EL|GR)" : country}`), "");
    return VAT[country]?.(code) ? (keep ? country : "") + code : null;
  };
}

function euVat(text: string): string | null {
  const code = bare(text);
  const country = code.slice(0, 2) === "EL" ? "GR" : code.slice(0, 2);
  return VAT[country]?.(code.slice(2)) ? code : null;
}

const GB_COMPANY = /^(?:\d{2}|AC|BR|CE|CS|FC|FE|GE|GN|GS|IC|IP|LP|NA|NC|NF|NI|NL|NO|NP|NR|NV|NZ|OC|OE|PC|R0|RC|RS|SA|SC|SE|SF|SG|SI|SL|SO|SP|SR|SZ|ZC)\d{6}$/;

function gbCompany(text: string): string | null {
  const compact = text.replace(/[\s.-]/g, "").toUpperCase();
  const code = /^\d{6,}$/.test(compact) ? compact.padStart(8, "0") : compact;
  return GB_COMPANY.test(code) && code !== "00000000" ? code : null;
}

function seCompany(text: string): string | null {
  const code = bare(text);
  return /^\d{10}$/.test(code) && luhn(code) ? `${code.slice(0, 6)}-${code.slice(6)}` : null;
}

function frSiren(text: string): string | null {
  const code = text.replace(/[\s.]/g, "");
  return /^\d{9}$/.test(code) && luhn(code) ? spaced(code) : null;
}

const spaced = (code: string): string => /^(\d{3})(\d{3})(\d{3})(\d*)$/.exec(code)?.slice(1).filter(Boolean).join(" ") ?? code;

function frSiret(text: string): string | null {
  const code = text.replace(/[\s.]/g, "");
  if (!/^\d{14}$/.test(code)) return null;
  // The post office's own branches add up to a multiple of five.
  const isPost = code.startsWith("356000000") && code !== "35600000000048" && digitsOf(code).reduce((a, b) => a + b) % 5 === 0;
  return (luhn(code) || isPost) && frSiren(code.slice(0, 9)) ? spaced(code) : null;
}

const fiCompany: Validate = (text) => {
  const code = bare(text);
  return VAT.FI?.(code) ? `${code.slice(0, 7)}-${code.slice(7)}` : null;
};

const VALIDATORS: Readonly<Record<string, Validate>> = {
  as_printed: (text) => text.replace(/\s+/g, " ").replace(/^[ .,-]+|[ .,-]+$/g, ""),
  kr_brn: krBusiness,
  "cn.uscc": cnCredit,
  "jp.cn:compact": jpCorporate,
  jp_invoice: (text) => {
    const code = jpCorporate(text.replace(/[Tt\s-]/g, ""));
    return code && `T${code}`;
  },
  eu_vat: euVat,
  gb_vat: ofCountry("GB", true),
  gb_company: gbCompany,
  es_cif: esCompany,
  "it.iva": ofCountry("IT"),
  "fr.siren": frSiren,
  "fr.siret": frSiret,
  "pl.nip": (text) => ofCountry("PL")(text)?.replace(/^(\d{3})(\d{3})(\d{2})/, "$1-$2-$3-") ?? null,
  "hu.anum": (text) => ofCountry("HU")(text.replace(/-\d-\d{2}$/, "")),
  "ro.cui": ofCountry("RO"),
  "gr.vat": ofCountry("GR"),
  "si.ddv": ofCountry("SI"),
  "hr.oib": ofCountry("HR"),
  "dk.cvr": ofCountry("DK"),
  "pt.nif": ofCountry("PT"),
  "se.orgnr": seCompany,
  "fi.ytunnus": fiCompany,
};

/** A number in its normal form, null when it is wrong. */
export function normalised(validator: string, text: string): string | null {
  return VALIDATORS[validator]?.(text) ?? null;
}

export const validators = Object.keys(VALIDATORS);
