/** What a new stack begins with: Dockge's example. */
export const starterCompose = `services:
  nginx:
    image: nginx:latest
    restart: unless-stopped
    ports:
      - 8080:80
`;

/** What an override file begins with. */
export const starterOverride = `# Laid over the compose file: what stands here is added to it, or replaces it.
services:
`;
