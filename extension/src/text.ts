import { type Args, type Ast, format } from "./messages.ts";

/** The messages of one language, as `words/<locale>.js` puts them in place; one without arguments is its text. */
export interface Language {
  readonly locale: string;
  readonly messages: Readonly<Record<string, Ast | string>>;
}

export interface Speaker {
  readonly locale: string;
  (key: string, args?: Args): string;
  /** The words of a code from outside, or of `panel.code` when it is newer than this build. */
  code(family: string, code: string, args?: Args): string;
}

export function speaker({ locale, messages }: Language): Speaker {
  const say = (key: string, args: Args = {}): string => {
    const message = messages[key] ?? "";
    return typeof message === "string" ? message : format(message, args, locale);
  };
  const code = (family: string, code: string, args: Args = {}): string =>
    Object.hasOwn(messages, `${family}.${code}`) ? say(`${family}.${code}`, args) : say("panel.code", { code });
  return Object.assign(say, { locale, code });
}
