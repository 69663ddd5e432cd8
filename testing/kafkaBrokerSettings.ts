import path from 'node:path'

export const host = '127.0.0.1'

/** `server.properties` of a single node that is broker and controller, by name. */
export const brokerSettings = (dir: string, port: number, controllerPort: number, numPartitions: number) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@${host}:${controllerPort}`,
  listeners: `PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://${host}:${port}`,
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'log.dirs': path.resolve(dir, 'data'),
  'num.partitions': numPartitions,
  'auto.create.topics.enable': false,
  'message.max.bytes': 4 << 20,
  // History is published with its own old timestamps: retention by time would delete it at once.
  'log.retention.ms': -1,
  'log.retention.bytes': -1,
  'log.message.timestamp.type': 'CreateTime',
  'log.segment.delete.delay.ms': 1_000,
  'log.cleaner.dedupe.buffer.size': 4 << 20, // 128 MiB by default, a quarter of this heap
  'offsets.topic.num.partitions': 1,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.num.partitions': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  // A broker that was killed may register again only once its old session is over.
  'broker.session.timeout.ms': 2_000,
  'broker.heartbeat.interval.ms': 500,
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 1_000,
})
