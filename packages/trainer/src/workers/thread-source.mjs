// The thread's entry when the package runs from its sources: tsx, then the thread itself. Not in dist.
import { register } from 'tsx/esm/api';

register();
await import('./thread.ts');
