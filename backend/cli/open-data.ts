import type { CliPorts, DataPorts } from "./cli-ports.ts";
import type { CommandLine } from "./command.ts";

/** The flag of every command that works on the data directory itself. */
export const dataFlag = {
    dataDir: { type: "string", help: "Data directory (DOCKGE_DATA_DIR, ./data)" },
} as const;

/** Opens the data directory for as long as `use` runs. */
export async function withData<T>(
    line: CommandLine,
    ports: CliPorts,
    use: (data: DataPorts) => Promise<T>,
): Promise<T> {
    const directory = line.text("dataDir");
    const data = await ports.openData(directory === undefined ? [] : ["--dataDir", directory]);
    try {
        return await use(data);
    } finally {
        await data.close();
    }
}
