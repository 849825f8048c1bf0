import { configureGlobal, readConfigureGlobal } from "fast-check";

/** In each test file: property tests draw from the seed of the run, which `npm test` prints first. */
configureGlobal({ ...readConfigureGlobal(), seed: Number(process.env["HANDOVER_SEED"]) });
