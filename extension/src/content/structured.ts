import type {} from "./markup.ts";
import { jsonProducts, microProducts, microValues } from "../rules/structured.ts";

globalThis.caveatMarkup = { jsonProducts, microProducts, microValues };
