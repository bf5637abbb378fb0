/** Runs Trainyard bundles in the browser. */
export {};
