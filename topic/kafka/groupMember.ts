import { assignPartitions, type MemberClaim } from './assignPartitions.ts'
import {
  type JoinedGroup,
  type KafkaCluster,
  type KafkaNode,
  MemberAssignment,
  MemberMetadata,
} from './kafkajs/kafkajs.ts'
import { within } from './within.ts'

/** Not the name of a strategy of another client: a group is shared with our own processes only. */
const protocolName = 'pattern-dashboard-sticky'
const leadWaitMs = 2_000

/** The group no longer knows this member: all that it held may have another owner. */
export class MembershipLostError extends Error {
  override readonly name = 'MembershipLostError'
}

export interface GroupMemberOptions {
  /** For the group alone, so that its requests wait behind no others. */
  readonly groupCluster: KafkaCluster
  /** Tells which partitions there are. */
  readonly cluster: KafkaCluster
  readonly groupId: string
  readonly topic: string
  /** A member that sends no heartbeat for this long is dead to the group. */
  readonly sessionTimeoutMs: number
  /** How long the group waits for a member to join again. */
  readonly rebalanceTimeoutMs: number
}

/** This process as a member of the consumer group: the requests, and what their errors mean. */
export interface GroupMember {
  /**
   * Joins, or joins again, saying which partitions are still held; answers the ones that are now ours.
   * @throws MembershipLostError if all must be let go of first
   */
  join(held: readonly number[]): Promise<number[]>
  /** Tells the group that we live. Answers whether it wants its members to join again. @throws MembershipLostError */
  heartbeat(): Promise<'member' | 'rebalancing'>
  /** Commits the offsets to read from next, for tools that look there. */
  commit(offsets: ReadonlyMap<number, number>): Promise<void>
  leave(): Promise<void>
}

export const createGroupMember = (options: GroupMemberOptions): GroupMember => {
  const { groupCluster, cluster, groupId, topic } = options
  let coordinator: KafkaNode | undefined
  let memberId = ''
  let generationId = -1

  const partitions = () => cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)

  const joinOnce = async (held: readonly number[]): Promise<number[]> => {
    coordinator = await groupCluster.findGroupCoordinator({ groupId })
    const claim = encodeClaim(topic, { held, generation: generationId }, partitions().length)
    const joined = await coordinator.joinGroup({
      groupId,
      memberId,
      sessionTimeout: options.sessionTimeoutMs,
      rebalanceTimeout: options.rebalanceTimeoutMs,
      groupProtocols: [{ name: protocolName, metadata: claim }],
    })
    memberId = joined.memberId
    generationId = joined.generationId
    const groupAssignment = joined.leaderId === memberId ? await lead(joined) : []
    const { memberAssignment } = await coordinator.syncGroup({
      groupId,
      memberId,
      generationId,
      groupAssignment,
    })
    return MemberAssignment.decode(memberAssignment)?.assignment[topic] ?? []
  }

  const lead = async ({ members }: JoinedGroup) => {
    // A partition may have been added. The others wait for us: what is known must do if no broker says so at once.
    await within(leadWaitMs, cluster.refreshMetadata()).catch(() => undefined)
    const claims = members.map((member) => decodeClaim(member.memberId, member.memberMetadata))
    return [...assignPartitions(partitions(), claims)].map(([member, given]) => ({
      memberId: member,
      memberAssignment: MemberAssignment.encode({
        version: 0,
        assignment: { [topic]: given },
        userData: Buffer.alloc(0),
      }),
    }))
  }

  /** Which errors mean that somebody else may own what we held. */
  const explain = (error: unknown): unknown => {
    if (!lostTypes.has(typeOf(error))) return error
    memberId = ''
    generationId = -1
    return new MembershipLostError('The consumer group no longer knows this process', { cause: error })
  }

  return {
    async join(held) {
      for (;;) {
        try {
          return await joinOnce(held)
        } catch (error) {
          // The group changed between our two requests; joining again waits for the others by itself.
          if (typeOf(error) !== 'REBALANCE_IN_PROGRESS') throw explain(error)
        }
      }
    },
    async heartbeat() {
      try {
        coordinator ??= await groupCluster.findGroupCoordinator({ groupId })
        await coordinator.heartbeat({ groupId, memberId, groupGenerationId: generationId })
        return 'member'
      } catch (error) {
        if (rejoinTypes.has(typeOf(error))) return 'rebalancing'
        coordinator = undefined // it hangs or is gone: another one may have the group by now
        throw explain(error)
      }
    },
    async commit(offsets) {
      if (!coordinator || offsets.size === 0) return
      const committed = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) }))
      const topics = [{ topic, partitions: committed }]
      // Not over the group's connection: a commit waits for replicas, and the next heartbeat would wait with it.
      const { nodeId } = coordinator
      const node = await cluster.findBroker({ nodeId })
      await node.offsetCommit({ groupId, memberId, groupGenerationId: generationId, topics })
    },
    async leave() {
      if (memberId !== '') await coordinator?.leaveGroup({ groupId, memberId })
      memberId = ''
    },
  }
}

const typeOf = (error: unknown): string => (error as { type?: string }).type ?? ''

const lostTypes = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID'])
const rejoinTypes = new Set([
  'REBALANCE_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
])

/**
 * The claim travels in the metadata that a member joins with. The broker starts a new round only if
 * that has changed: hence the number of partitions in it, or an added partition would go to no member.
 */
const encodeClaim = (topic: string, claim: Omit<MemberClaim, 'memberId'>, partitions: number): Buffer =>
  MemberMetadata.encode({
    version: 0,
    topics: [topic],
    userData: Buffer.from(JSON.stringify({ ...claim, partitions })),
  })

const decodeClaim = (memberId: string, metadata: Buffer): MemberClaim => {
  const { held, generation } = JSON.parse(MemberMetadata.decode(metadata)!.userData.toString('utf8')) as Omit<
    MemberClaim,
    'memberId'
  >
  return { memberId, held, generation }
}
