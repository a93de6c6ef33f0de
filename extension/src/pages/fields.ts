/** complaints/intake/fields.json: what a complaint holds, for the API, the console, the web form and this one. */
export interface FieldFile extends Form {
  readonly categories: readonly Category[];
  /** Ways to reach somebody; beside the proven one, another of them is asked for. */
  readonly fallback: readonly string[];
  readonly doors: { readonly shopper: { readonly required: readonly string[]; readonly one_of: Form["one_of"] } };
}

/** What is asked: all of the file, or what one category asks. */
export interface Form {
  readonly version: string;
  readonly fields: readonly Field[];
  /** Groups of which at least one field must be filled in. */
  readonly one_of: readonly (readonly string[])[];
}

/** What went wrong; names of fields beside those that all categories share, and what can show it. */
export interface Category {
  readonly id: string;
  readonly evidence: readonly string[];
  readonly required?: readonly string[];
  readonly asked?: readonly string[];
  readonly optional?: readonly string[];
}

export interface Field {
  readonly id: string;
  readonly topic?: string;
  readonly type:
    | "text"
    | "long_text"
    | "url"
    | "date"
    | "day"
    | "money"
    | "currency"
    | "choice"
    | "choices"
    | "email"
    | "phone"
    | "country"
    | "consent";
  readonly required?: boolean;
  readonly personal?: boolean;
  readonly max?: number;
  readonly options?: readonly string[];
  readonly from_page?: boolean;
  /** Asked only by the categories that name it. */
  readonly specific?: boolean;
  /** May stay empty, but makes the case stronger. */
  readonly helpful?: boolean;
}

/** What a category asks of a shopper; without one, only which it is. The twin of fields.form in Python. */
export function formOf(file: FieldFile, category: string): Form {
  const asks = file.categories.find(({ id }) => id === category);
  if (!asks) return { version: file.version, fields: file.fields.filter(({ id }) => id === "category").map((field) => withOptions(field, file)), one_of: [] };
  const named = [...(asks.required ?? []), ...(asks.asked ?? [])];
  const must = [...file.fields.filter((field) => field.required).map(({ id }) => id).filter((id) => !asks.optional?.includes(id)), ...(asks.required ?? []), ...file.doors.shopper.required];
  const fields = file.fields
    .filter(({ id, specific }) => !specific || named.includes(id))
    .map((field) => ({ ...withOptions(field, file, asks), required: must.includes(field.id) }));
  return { version: file.version, fields, one_of: [...file.one_of, ...file.doors.shopper.one_of] };
}

function withOptions(field: Field, file: FieldFile, asks?: Category): Field {
  if (field.id === "category") return { ...field, options: file.categories.map(({ id }) => id) };
  return field.id === "evidence" && asks ? { ...field, options: asks.evidence } : field;
}
