// A worker with all of the library's tasks: for deep views in exact arithmetic and for saved pictures. The build registers
// the tasks (vite.config.ts), and makes a second, smaller worker for all other pictures, since most visits need no more.
import { serve } from 'mandoline/pool';

serve();
