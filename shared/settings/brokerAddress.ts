export interface BrokerAddress {
  readonly host: string
  readonly port: number
}

const maxPort = 65_535

/** Reads `host:port`, an IPv6 address in brackets: `[::1]:9092`. Answers `undefined` if it is none. */
export const parseBrokerAddress = (text: string): BrokerAddress | undefined => {
  const [, bracketed, plain, port] =
    /^(?:\[([0-9a-f:.]*:[0-9a-f:.]*)\]|([^\s:[\]]+)):(\d{1,5})$/i.exec(text) ?? []
  const host = bracketed ?? plain
  return host === undefined || Number(port) > maxPort ? undefined : { host, port: Number(port) }
}
