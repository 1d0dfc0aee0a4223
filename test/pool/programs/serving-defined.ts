// A worker of the user's whose bundle has the module that defines the tasks.
import { serve } from 'mandoline/pool';
import '../defined-jobs.js';

serve();
