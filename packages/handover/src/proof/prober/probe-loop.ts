import type { Instant, Milliseconds } from "../../fleet/time.ts";
import type { MeasuredSample, Measurement } from "../measurement.ts";
import type { ProbeSetup, ResolvedTarget } from "./messages.ts";
import { dueAt, startSchedule, takeDue, type Schedule } from "./schedule.ts";
import { closeKeptAlive, keepAlive, sendProbe, type ProbeRequest } from "./send-probe.ts";
import { Tally, type Phase } from "./tally.ts";

const SAMPLE_EVERY_MS: Milliseconds = 250;
/** Later than this is the thread's own delay, and counted as `late`. */
const LATE_MS: Milliseconds = 20;

export interface ProbeLoop {
  enter(phase: Phase): void;
  /** Stops sending, waits for what is in flight (at most the deadline), and sums up. */
  finish(): Promise<Measurement>;
}

/** Sends to all targets by their schedules, never waiting for an answer before the next is due, until finished. */
export function startProbeLoop(setup: ProbeSetup, onSample: (sample: MeasuredSample) => void): ProbeLoop {
  const now = (): Instant => Number(process.hrtime.bigint()) / 1e6 - setup.clockOrigin;
  const startedAt = now();
  const tally = new Tally(
    setup.targets.map((target) => target.url),
    startedAt,
  );
  const kept = keepAlive();
  const inFlight = new Set<Promise<void>>();
  const lanes = setup.targets.map((target, index) => ({
    index,
    target,
    url: new URL(target.url),
    schedule: startSchedule(target.ratePerSecond, startedAt),
  }));
  const sampling = setInterval(() => onSample(tally.sample(now())), SAMPLE_EVERY_MS);
  let timer: NodeJS.Timeout | undefined;

  async function send(target: number, request: ProbeRequest, late: boolean): Promise<void> {
    const sent = tally.sent(target, request.connection, now(), late);
    const answer = await sendProbe(request, kept);
    tally.answered(sent, answer, now());
  }

  function sendDue(): void {
    for (const lane of lanes) {
      const due = takeDue(lane.schedule, now());
      lane.schedule = due.schedule;
      tally.skipped(due.skipped);
      for (const { number, lateMs } of due.send) {
        const request = numbered(number, lane.target, lane.url, setup.deadlineMs);
        const answered: Promise<void> = send(lane.index, request, lateMs > LATE_MS).finally(() =>
          inFlight.delete(answered),
        );
        inFlight.add(answered);
      }
    }
    timer = setTimeout(sendDue, Math.max(0, nextDue(lanes) - now()));
  }

  sendDue();
  return {
    enter: (phase) => tally.enter(phase),
    async finish() {
      clearTimeout(timer);
      clearInterval(sampling);
      tally.stopSending(now());
      await Promise.all(inFlight);
      onSample(tally.sample(now()));
      closeKeptAlive(kept);
      return tally.result(now());
    },
  };
}

/** Every other request opens a connection; each pair goes to the next address. */
function numbered(number: number, target: ResolvedTarget, url: URL, deadlineMs: Milliseconds): ProbeRequest {
  const address = target.addresses[Math.floor(number / 2) % target.addresses.length] ?? url.hostname;
  const connection = number % 2 === 0 ? "new" : "kept-alive";
  return { url, address, connection, failFromStatus: target.failFromStatus, deadlineMs };
}

function nextDue(lanes: readonly { readonly schedule: Schedule }[]): Instant {
  return Math.min(...lanes.map(({ schedule }) => dueAt(schedule, schedule.next)));
}
