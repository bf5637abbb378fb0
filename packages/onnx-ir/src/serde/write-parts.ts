import { proto, type Writer } from './proto.ts';

/** Writes a message as field `number` of the message that is being written. */
export function embed(writer: Writer, number: number, write: (writer: Writer) => void): void {
  writer.uint32((number << 3) | 2).fork();
  write(writer);
  writer.ldelim();
}

export function writeEntries(writer: Writer, number: number, entries: ReadonlyMap<string, string>): void {
  for (const [key, value] of entries)
    embed(writer, number, (w) => proto.StringStringEntryProto.encode({ key, value }, w));
}
