// A decoding thread that ends as soon as it is asked for something.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ({ job }) => {
  if (job.place.name === 'throw') {
    throw new Error('out of memory');
  }
  process.exit(3);
});
