import type {} from "./markup.ts";
import "../rules/money.ts";
import { jsonProducts, microProducts, microValues } from "../rules/structured.ts";

globalThis.caveatMarkup = { jsonProducts, microProducts, microValues };
