export type { DataSettings, PromoteSettings, RetrainSettings, StartMode, WhenSettings } from './settings.ts';
