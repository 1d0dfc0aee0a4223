// The worker of the bundled page. What it defines needs no serving.
import { serve } from 'mandoline/pool';
import '../defined-jobs.js';
import * as jobs from '../jobs.js';

serve(jobs);
