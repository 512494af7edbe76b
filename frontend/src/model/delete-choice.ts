import type { DeleteOptions } from "../../../common/schema/stack-options.ts";

/** The keys of the sentences that tell what deleting does, in the order in which it happens. */
export function deleteSteps({ keepFiles, removeVolumes, force }: DeleteOptions): readonly string[] {
    return [
        "containers",
        removeVolumes ? "volumesGo" : "volumesStay",
        keepFiles ? "filesStay" : "filesGo",
        ...(force ? ["forced"] : []),
    ];
}

/** What is sent: nothing where it is Dockge's own way, which every server understands. */
export function deleteArguments(options: DeleteOptions): readonly [] | readonly [DeleteOptions] {
    return options.keepFiles || options.removeVolumes || options.force ? [options] : [];
}
