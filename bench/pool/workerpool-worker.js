import workerpool from 'workerpool';
import { fillShared, increment } from './worker-functions.js';

workerpool.worker({ increment, fillShared });
