/** complaints/fields.json: what a complaint holds, for the API, the console and this form. */
export interface FieldFile {
  readonly version: string;
  readonly fields: readonly Field[];
  /** Groups of which at least one field must be filled in. */
  readonly one_of: readonly (readonly string[])[];
}

export interface Field {
  readonly id: string;
  readonly type:
    | "text"
    | "long_text"
    | "url"
    | "date"
    | "money"
    | "currency"
    | "choice"
    | "email"
    | "phone"
    | "country"
    | "consent";
  readonly required: boolean;
  readonly personal: boolean;
  readonly max?: number;
  readonly options?: readonly string[];
  readonly from_page?: boolean;
}
