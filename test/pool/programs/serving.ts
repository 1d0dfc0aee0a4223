// A worker that has its functions built in.
import { serve } from 'mandoline/pool';
import * as jobs from '../jobs.js';

serve(jobs);
