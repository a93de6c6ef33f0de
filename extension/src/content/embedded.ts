/** For shops whose pages are read by the data in their own scripts. */
import "../rules/embedded.ts";
