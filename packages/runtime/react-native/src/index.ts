/** Runs Trainyard bundles on phones. */
export {};
