// The entry of the probe's thread: in the bundle a file of its own beside the command's.
import { parentPort, workerData } from "node:worker_threads";
import type { FromProbe, ProbeSetup, ToProbe } from "./messages.ts";
import { startProbeLoop } from "./probe-loop.ts";

const port = parentPort;
if (port === null) throw new Error("prober-worker is started as a thread, not by itself.");

const setup: ProbeSetup = workerData;
const tell = (message: FromProbe): void => port.postMessage(message);

const loop = startProbeLoop(setup, (sample) => tell({ kind: "sample", sample }));
port.on("message", (message: ToProbe) => {
  if (message.kind === "mark") {
    loop.enter(message.phase);
    return;
  }
  void finish();
});
tell({ kind: "started" });

async function finish(): Promise<void> {
  tell({ kind: "result", result: await loop.finish() });
  port?.close();
}
