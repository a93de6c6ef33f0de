/** An answer: a text, a yes or no, or several of the options of a field. */
export type Answer = string | boolean | readonly string[];

/** Answers of a complaint by field id, as far as they are known. */
export type Answers = Record<string, Answer>;

/** A complaint that has not been sent. Its id is also its Idempotency-Key: sending twice files once. */
export interface Draft {
  readonly id: string;
  readonly answers: Answers;
}

/** Contact details kept for next time live beside the drafts under this id. */
export const KEPT = "kept";

/**
 * Drafts live in the extension origin's IndexedDB and nowhere else: content scripts, and whoever breaks
 * into one, can read extension storage but not this.
 */
export async function saveDraft(draft: Draft): Promise<void> {
  await run("readwrite", (store) => store.put(draft));
}

export async function readDraft(id: string): Promise<Draft | null> {
  return ((await run("readonly", (store) => store.get(id))) as Draft | undefined) ?? null;
}

export async function removeDraft(id: string): Promise<void> {
  await run("readwrite", (store) => store.delete(id));
}

export async function removeAllDrafts(): Promise<void> {
  await run("readwrite", (store) => store.clear());
}

async function run(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const database = await open();
  try {
    return await settled(act(database.transaction("drafts", mode).objectStore("drafts")));
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open("caveat", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("drafts", { keyPath: "id" });
  return settled(request) as Promise<IDBDatabase>;
}

function settled(request: IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser refused to keep the draft"));
  });
}
