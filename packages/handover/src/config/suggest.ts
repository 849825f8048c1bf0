/** The name that was meant: the one of `known` that is nearest to `written`, if it is near enough; else null. */
export function suggest(written: string, known: readonly string[]): string | null {
  const mine = bare(written);
  const allowed = Math.max(1, Math.floor(mine.length / 3));
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const name of known) {
    const theirs = bare(name);
    if (Math.abs(theirs.length - mine.length) > allowed) continue;
    const distance = editDistance(mine, theirs);
    if (distance <= allowed && (best === null || distance < best.distance)) best = { name, distance };
  }
  return best?.name ?? null;
}

/** `max_unavailable`, `max-unavailable` and `MaxUnavailable` are one name. */
function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/gu, "");
}

/** Insertions, deletions, replacements and exchanges of two neighbours between two texts (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const exchanged =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? at(beforeLast, j - 2) + 1
          : Infinity;
      row.push(Math.min(replaced, exchanged, at(last, j) + 1, at(row, j - 1) + 1));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
