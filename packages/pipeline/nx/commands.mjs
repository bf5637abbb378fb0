// Commands over the store that every pipeline has as targets. Their code is in ../src/commands/.
export const commands = {
  retrain: 'Trains, compares with the champion and promotes, as a job that survives this command',
  check: 'Retrains where new data, drift or age ask for it',
  worker: 'Takes jobs and looks after schedules, until Ctrl-C',
  schedule: 'Retrains at the times of a cron expression; lists, pauses and removes schedules',
  sweep: 'Tries settings of the training, as jobs over all workers',
  runs: 'Lists, shows and compares runs',
  models: 'Lists versions, who serves and why; deploys the champion into a folder',
  approve: 'Makes the challenger champion',
  refuse: 'Records that the challenger is not to serve',
  rollback: 'Makes the previous champion champion again',
};
