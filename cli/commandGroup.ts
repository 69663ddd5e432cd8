import type { Command } from 'commander'

/** The command that groups others, such as `log` in `log export`: made by whichever of them comes first. */
export const commandGroup = (program: Command, name: string, description: string): Command =>
  program.commands.find((command) => command.name() === name) ??
  program.command(name).description(description)
