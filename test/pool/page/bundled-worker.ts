// The worker of the bundled page.
import { serve } from 'mandoline/pool';
import * as jobs from '../jobs.js';

serve(jobs);
