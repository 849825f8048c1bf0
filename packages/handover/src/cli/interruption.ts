import type { Interrupt } from "../proof/report/exit-status.ts";

/** Ctrl-C and SIGTERM, as something that a run can look at. */
export interface Interruption extends Disposable {
  /** Aborted by the first signal: what is at hand is finished or put back. */
  readonly signal: AbortSignal;
  /** Which signal came. */
  received(): Interrupt | null;
}

/**
 * The first signal asks the run to end well; a second one ends this process at once, which breaks nothing either: orders
 * that were accepted are finished by the supervisor, and drains end by their lease.
 */
export function interruption(onFirst: () => void): Interruption {
  const controller = new AbortController();
  let received: Interrupt | null = null;
  const listeners = (["SIGINT", "SIGTERM"] as const).map((name) => {
    const listener = (): void => {
      if (received !== null) process.exit(received === "SIGTERM" ? 143 : 130);
      received = name;
      controller.abort(new Error("interrupted"));
      onFirst();
    };
    process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    received: () => received,
    [Symbol.dispose]: () => {
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
}
