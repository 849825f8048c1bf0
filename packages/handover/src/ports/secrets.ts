/** A secret's value: prints as `[secret]` wherever it is logged, joined or serialised; `open` is for adapters only. */
export interface Secret {
  open(): string;
  toString(): "[secret]";
  toJSON(): "[secret]";
}

/** Resolves the names in `handover.yaml`. Rejects with every name that is missing, not only the first. */
export interface Secrets {
  resolve(names: readonly string[]): Promise<ReadonlyMap<string, Secret>>;
}
