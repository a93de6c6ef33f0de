export async function digest({ bytes }: { bytes: number[] }): Promise<number[]> {
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes)))];
}
