import fc from "fast-check";

/** In each test file: property tests draw from the seed of the run, which `npm test` prints first. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env["HANDOVER_SEED"]) });
