/**
 * SIGTERM, for all services of this process together: the process exits when the last of them has stopped. A second
 * SIGTERM changes nothing. A process that is number 1 in its container gets no default for it, so this is needed there.
 */

type StopService = () => Promise<void>;

const services = new Set<StopService>();
let stopping = false;

/** Returns how to forget the service again. */
export function stopOnSigterm(stop: StopService): () => void {
  if (services.size === 0) process.on("SIGTERM", onSigterm);
  services.add(stop);
  return () => {
    services.delete(stop);
    // While stopping the listener stays: without it a second SIGTERM would kill.
    if (services.size === 0 && !stopping) process.off("SIGTERM", onSigterm);
  };
}

function onSigterm(): void {
  if (stopping) return;
  stopping = true;
  void exitWhenStopped();
}

async function exitWhenStopped(): Promise<void> {
  const stopped = await Promise.allSettled([...services].map((stop) => stop()));
  const failures = stopped.filter((one) => one.status === "rejected");
  for (const { reason } of failures) {
    process.stderr.write(`${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}\n`);
  }
  process.exit(failures.length === 0 ? 0 : 1);
}
