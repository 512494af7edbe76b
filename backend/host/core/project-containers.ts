/** A container of a compose project, as the engine knows it now. */
export interface ProjectContainer {
    readonly id: string;
    readonly name: string;
    readonly service: string;
    /** Which replica of its service it is, from 1 on. */
    readonly replica: number;
    /** created, running, paused, restarting, removing, exited or dead. */
    readonly state: string;
    /** The name of the image that it was made from. */
    readonly image: string;
    readonly imageId: string;
    /** Made by `docker compose run`. */
    readonly oneOff: boolean;
}

/** The containers of one project, asked for anew. Throws AppError `unavailable` while the engine is away. */
export type FindProjectContainers = (project: string) => Promise<readonly ProjectContainer[]>;
