/** What was trained, from what, and which model serves. */
export {};
