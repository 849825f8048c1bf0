import type { DrainRef } from "../../../fleet/drain-state.ts";
import type { LeaseToken, RunId } from "../../../fleet/ids.ts";
import type { Instant } from "../../../fleet/time.ts";
import { machineClock } from "../../clock/system.ts";
import { renewAll } from "./drains.ts";
import { prepareLaunch } from "./launch.ts";
import type { StartRequest, StopRequest, SwapRequest } from "./protocol.ts";
import { Refused } from "./refused.ts";
import { liveRun, type Slot } from "./slot.ts";
import { beginStart } from "./start.ts";
import { beginStop } from "./stop.ts";
import type { Supervisor } from "./supervisor.ts";
import { beginSwap } from "./swap.ts";

/**
 * The three orders. Each throws `Refused` and does nothing unless its guard holds at the very moment in which it takes
 * effect: whatever had to be waited for first (a drain's renewal, a free port), the rest is then compared again, and from
 * there to the first effect nothing is waited for. An order that is under way already is accepted again and not repeated.
 */
export async function orderStart(
  supervisor: Supervisor,
  order: StartRequest,
  receivedAt: Instant,
): Promise<void> {
  const slot = supervisor.slot(order.slot);
  const { release } = order.spec;
  const underWay = (): boolean => {
    const { holding } = slot;
    return holding.kind === "starting" && holding.by === order.token && holding.spec.release === release;
  };
  const compare = (): void => {
    compareGuard(supervisor, slot, order, receivedAt);
    if (slot.holding.kind !== "empty" && slot.holding.kind !== "exited") {
      throw new Refused(`${slot.key} is not free: ${words(slot)}`);
    }
  };
  supervisor.admit(order.token);
  if (underWay()) return;
  compare();
  const prepared = await prepareLaunch(slot);
  if (underWay()) return;
  compare();
  await beginStart(slot, order.spec, order.token, prepared);
}

export async function orderStop(
  supervisor: Supervisor,
  order: StopRequest,
  receivedAt: Instant,
): Promise<void> {
  const slot = supervisor.slot(order.slot);
  const underWay = (): boolean => {
    const { holding } = slot;
    return holding.kind === "stopping" && holding.by === order.token && holding.run.id === order.run;
  };
  supervisor.admit(order.token);
  if (!(await mayBegin(supervisor, slot, order, receivedAt, underWay))) return;
  beginStop(slot, order.token, order.drains);
}

export async function orderSwap(
  supervisor: Supervisor,
  order: SwapRequest,
  receivedAt: Instant,
): Promise<void> {
  const slot = supervisor.slot(order.slot);
  const { release } = order.spec;
  const underWay = (): boolean => {
    const { holding } = slot;
    return holding.kind === "swapping" && holding.by === order.token && holding.to.release === release;
  };
  supervisor.admit(order.token);
  if (!(await mayBegin(supervisor, slot, order, receivedAt, underWay))) return;
  beginSwap(slot, order.spec, order.token, order.drains);
}

/** False where the order is under way already, also if that began while the drains were renewed. */
async function mayBegin(
  supervisor: Supervisor,
  slot: Slot,
  order: StopRequest,
  receivedAt: Instant,
  underWay: () => boolean,
): Promise<boolean> {
  if (underWay()) return false;
  compareGuard(supervisor, slot, order, receivedAt);
  compareRun(slot, order.run);
  await renewOrRefuse(slot, order.drains);
  if (underWay()) return false;
  compareGuard(supervisor, slot, order, receivedAt);
  compareRun(slot, order.run);
  return true;
}

function compareGuard(
  supervisor: Supervisor,
  slot: Slot,
  order: { readonly token: LeaseToken; readonly notAfterMs: number },
  receivedAt: Instant,
): void {
  supervisor.admit(order.token);
  // It may have been declared away while something was waited for; what is begun in it then, nobody would see.
  if (supervisor.slot(slot.key) !== slot) throw new Refused(`${slot.key} is not the slot that it was`);
  const lateMs = machineClock.now() - receivedAt - order.notAfterMs;
  if (lateMs > 0) throw new Refused(`the order came ${Math.ceil(lateMs)} ms too late to begin`);
}

/** Only what runs and is not being ended or replaced can be, or what exited, which has no run. */
function compareRun(slot: Slot, run: RunId | null): void {
  const { holding } = slot;
  const found = holding.kind === "running" || holding.kind === "starting" ? holding.run?.id : null;
  const fits = run === null ? holding.kind === "exited" : found === run;
  if (!fits) throw new Refused(`${slot.key} holds something else than was meant: ${words(slot)}`);
}

async function renewOrRefuse(slot: Slot, drains: readonly DrainRef[]): Promise<void> {
  const control = liveRun(slot.holding)?.control ?? null;
  const ended = await renewAll(drains, slot.around.timings.drainLeaseMs, control);
  if (ended !== null) throw new Refused(`${slot.key} is not drained any more: ${ended}`);
}

function words(slot: Slot): string {
  const { content } = slot.view();
  if (content.kind === "empty") return "nothing runs there";
  if (content.kind === "swapping") return `${content.from} is being swapped for ${content.to}`;
  return `${content.release} is ${content.kind}`;
}
