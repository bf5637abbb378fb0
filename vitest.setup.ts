import fc from 'fast-check';

// The same cases in each run, so that a failure is of the change and not of the day. FAST_CHECK_SEED draws others.
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20) });
