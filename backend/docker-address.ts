import type { DockerAddress } from "./platform/docker/address.ts";

/** Where the environment says that the engine is, as it does to the docker command. */
export function dockerAddress(environment: Readonly<Record<string, string | undefined>>): DockerAddress {
    const { DOCKER_HOST: host, DOCKER_CERT_PATH: certPath, DOCKER_TLS_VERIFY: verify } = environment;
    return { host, certPath, tlsVerify: verify !== undefined && verify !== "" };
}
