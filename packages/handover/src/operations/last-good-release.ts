import { answers } from "../adapters/control/control-request.ts";
import { HandoverError } from "../errors/handover-error.ts";
import type { ReleaseName } from "../fleet/ids.ts";
import type { Release } from "../fleet/release.ts";
import type { LocalEnvironment } from "../main.ts";
import { findRelease } from "./prepare.ts";

/**
 * Where a rollback without a name goes: the release of the latest deploy that was done and that does not run everywhere
 * already. Throws RELEASE_UNKNOWN where there is none.
 */
export async function lastGoodRelease(local: LocalEnvironment, signal: AbortSignal): Promise<Release> {
  const isUp = await answers(local.supervisorSocket, signal);
  const slots = isUp ? await local.runtime(new Map()).observe(signal) : {};
  const running = new Set<ReleaseName | null>(
    Object.values(slots).flatMap(({ content }) =>
      content.kind === "empty" ? [] : content.kind === "swapping" ? null : content.release,
    ),
  );
  const history = await local.journal.read();
  const good = history.filter(({ outcome }) => outcome === "done").map(({ to }) => to.name);
  const target = good.findLast((name) => running.size !== 1 || !running.has(name));
  if (target !== undefined) return await findRelease(local, target, signal);
  const what =
    good.length === 0
      ? "no deploy was done here yet"
      : `only ${[...new Set(good)].join(", ")} was ever good here`;
  throw new HandoverError("RELEASE_UNKNOWN", `there is no release to go back to: ${what}`, {
    next: "`handover rollback RELEASE` goes to any release that is kept.",
  });
}
