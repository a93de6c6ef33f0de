/** A pack cannot be taken; `where` names the part of the file, such as `sections[2].length`. */
export class PackError extends Error {
  readonly what: string;
  readonly where: string;

  constructor(what: string, where: string) {
    super(`${where}: ${what}`);
    this.name = "PackError";
    this.what = what;
    this.where = where;
  }
}
