import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lives, ownIdentity, processIdentitySchema, type ProcessIdentity } from "./process-identity.ts";

/**
 * One process at a time may act in a directory, and this says which: the one that wrote the claim with the highest
 * number. A claim appears whole or not at all (link), only one can appear under a number, and a process that has died
 * stays dead; so whoever writes number n + 1 after it saw the owner of n dead is alone, however many start at once.
 * No lock of the kernel is needed, and nothing that a dead process left behind has to be removed first.
 */
export type Claimed =
  | { readonly kind: "owner"; readonly claim: Claim }
  | { readonly kind: "taken"; readonly by: ProcessIdentity };

/** A claim is never given up: its owner's end is what frees the directory, so that nobody misreads a gap. */
export interface Claim {
  /** Whether this process is still the one: false when its claim was removed or a later one exists. */
  holds(): boolean;
}

/** Claims `directory` for this process; `what` (`supervisor`) tells independent claims in one directory apart. */
export function claim(directory: string, what: string): Claimed {
  for (;;) {
    const last = claims(directory, what).at(-1) ?? null;
    const owner = last === null ? null : ownerOf(join(directory, fileOf(what, last)));
    if (owner === "superseded") continue;
    if (owner !== null && lives(owner)) return { kind: "taken", by: owner };
    const mine = (last ?? 0) + 1;
    if (!write(directory, fileOf(what, mine))) continue;
    const all = claims(directory, what);
    if (all.at(-1) !== mine) {
      // Slow start: others came, went and tidied up in between, so the number was free again. It is not the highest.
      rmSync(join(directory, fileOf(what, mine)), { force: true });
      continue;
    }
    for (const number of all.filter((one) => one < mine)) {
      rmSync(join(directory, fileOf(what, number)), { force: true });
    }
    return { kind: "owner", claim: claimOf(directory, what, mine) };
  }
}

function claimOf(directory: string, what: string, mine: number): Claim {
  return { holds: () => claims(directory, what).at(-1) === mine };
}

function fileOf(what: string, number: number): string {
  return `${what}.claim.${number}`;
}

function claims(directory: string, what: string): number[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.startsWith(`${what}.claim.`) && /\.\d+$/.test(name))
    .map((name) => Number(name.slice(name.lastIndexOf(".") + 1)))
    .toSorted((one, other) => one - other);
}

function write(directory: string, file: string): boolean {
  const draft = join(directory, `.${file}.${process.pid}`);
  try {
    writeFileSync(draft, JSON.stringify(ownIdentity()), { mode: 0o600 });
    linkSync(draft, join(directory, file));
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Who wrote a claim; null when it makes no sense, `superseded` when a later owner has just tidied it away. */
function ownerOf(path: string): ProcessIdentity | "superseded" | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    // One that is there but cannot be read may be a living owner's.
    if (codeOf(error) === "ENOENT") return "superseded";
    throw error;
  }
  try {
    return processIdentitySchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}
