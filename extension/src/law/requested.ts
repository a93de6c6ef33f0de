/** Stands for a value that the shop promises to send; apart, so that the panel needs nothing else of the reader. */
export const ON_REQUEST = "on request";
