/**
 * One kind of record in the extension origin's IndexedDB: content scripts, and whoever breaks into one,
 * can read extension storage but not this.
 */
export interface Shelf<T> {
  put(record: T): Promise<void>;
  get(id: IDBValidKey): Promise<T | null>;
  /** All records, by id. */
  all(): Promise<T[]>;
  remove(id: IDBValidKey): Promise<void>;
  clear(): Promise<void>;
}

/** A shelf with a database of its own, made when first used. */
export function shelf<T extends { readonly id: IDBValidKey }>(database: string, name: string): Shelf<T> {
  const run = async (mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<unknown> => {
    const opened = await open(database, name);
    try {
      return await settled(act(opened.transaction(name, mode).objectStore(name)));
    } finally {
      opened.close();
    }
  };
  return {
    put: async (record) => void (await run("readwrite", (store) => store.put(record))),
    get: async (id) => ((await run("readonly", (store) => store.get(id))) as T | undefined) ?? null,
    all: async () => (await run("readonly", (store) => store.getAll())) as T[],
    remove: async (id) => void (await run("readwrite", (store) => store.delete(id))),
    clear: async () => void (await run("readwrite", (store) => store.clear())),
  };
}

function open(database: string, name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(database, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(name, { keyPath: "id" });
  return settled(request) as Promise<IDBDatabase>;
}

function settled(request: IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser refused to keep the record"));
  });
}

/** What comes from a content script is as little trusted as its page: it becomes a link of ours only if it is a page. */
export function requirePage(url: string): void {
  if (!/^https?:\/\//.test(url)) throw new Error(`${url.slice(0, 80)}: not the address of a page`);
}
