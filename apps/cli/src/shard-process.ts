import { queuedTasks } from './commands/queued-tasks';
import { errorLine } from './error-line';
import type { ShardReply, ShardRequest } from './queue/shard-request';

// The process of `restok work` that computes: it takes requests from its parent, one at a time, and answers them.
const [, , root = '.', threads = '1'] = process.argv;
// Where the parent is gone, an answer does nothing: the end of the channel, seen next, ends this process in order.
const reply = (message: ShardReply): void =>
  void process.send?.(message, undefined, undefined, () => undefined);

const tasks = queuedTasks({
  root,
  threads: Number(threads),
  output: { result: () => undefined, progress: (text) => reply({ type: 'progress', text }) },
});

process.on('message', (request: ShardRequest) => {
  tasks.run(request).then(
    ({ data, lines }) => reply({ type: 'done', report: { data, lines } }),
    (error: unknown) => reply({ type: 'failed', line: errorLine(error) }),
  );
});

// A worker that is gone has lost its shard to another one.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
