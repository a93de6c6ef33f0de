/** For shops whose pages are read by schema.org markup. */
import "../rules/money.ts";
import "../rules/structured.ts";
