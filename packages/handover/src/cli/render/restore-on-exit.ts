const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Calls `restore` however the process ends, short of SIGKILL; the returned function takes that back. A signal that nobody
 * else listens to still ends the process.
 */
export function restoreOnExit(restore: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    restore();
    if (process.listenerCount(signal) > 1) return;
    process.off(signal, onSignal);
    process.kill(process.pid, signal);
  };
  process.on("exit", restore);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    process.off("exit", restore);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}
