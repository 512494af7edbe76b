import { AppError } from "../../../../common/errors.ts";
import type { DockerClient } from "../../../platform/docker/client.ts";
import type { EngineWaste } from "../../core/engine-waste.ts";

/** Older engines take unused volumes with names too. */
const firstSafeEngine = 23;
/** What every engine has by itself. */
const ownNetworks: readonly string[] = ["bridge", "host", "none"];

/** What lies on the engine and could go, through its API. */
export function dockerEngineWaste(docker: DockerClient): EngineWaste {
    const { waste } = docker;
    return {
        removeImage: waste.removeImage,
        removeContainer: waste.removeContainer,
        removeNetwork: waste.removeNetwork,
        async images() {
            const found = await docker.images.list();
            return found.map(({ Id, RepoTags, RepoDigests, Size, SharedSize = 0 }) => ({
                id: Id,
                tags: RepoTags.filter(isName),
                digests: RepoDigests.filter(isName),
                bytes: Size - Math.max(SharedSize, 0),
            }));
        },
        async containers() {
            const found = await waste.containers();
            return found.map(({ Id, ImageID, Image, State, Labels, NetworkSettings }) => ({
                id: Id,
                imageId: ImageID,
                image: Image,
                state: State,
                labels: Labels,
                networks: Object.keys(NetworkSettings?.Networks ?? {}),
            }));
        },
        async networks() {
            const found = await waste.networks();
            return found
                .filter(({ Name, Scope }) => Scope === "local" && !ownNetworks.includes(Name))
                .map(({ Id, Name, Created, Labels }) => ({
                    id: Id,
                    name: Name,
                    createdAt: new Date(Created),
                    labels: Labels,
                }));
        },
        async pruneVolumes() {
            const version = await docker.version();
            if (!(Number.parseInt(version, 10) >= firstSafeEngine)) {
                throw new AppError(
                    "conflict",
                    `volumes: Docker ${version} would remove unused volumes with names too; update it to ` +
                        `${firstSafeEngine} or newer, or remove volumes by hand`,
                );
            }
            return waste.pruneVolumes();
        },
        pruneBuildCache: () => docker.buildCache.prune(),
    };
}

function isName(name: string): boolean {
    return !name.startsWith("<none>");
}
