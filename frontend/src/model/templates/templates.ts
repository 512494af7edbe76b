import { gitea, jellyfin, uptimeKuma, wordpress } from "./applications.ts";
import { postgres, redis } from "./databases.ts";
import type { Template } from "./template.ts";
import { caddy, nginx } from "./web-servers.ts";

/** Stacks to begin with, in the order in which they are offered. */
export const templates: readonly Template[] = [nginx, caddy, postgres, redis, wordpress, gitea, uptimeKuma, jellyfin];
