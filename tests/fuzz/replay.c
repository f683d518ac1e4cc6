/* Runs a fuzz target on its saved inputs, without libFuzzer: earlier findings, and some valid
 * inputs. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>

#include "input.h"

static void run(const char *path) {
  FILE *file = fopen(path, "rb");
  static uint8_t buffer[1 << 16];
  size_t size = file ? fread(buffer, 1, sizeof buffer, file) : 0;
  if (!file || ferror(file) || !feof(file)) {
    printf("FAILED: %s cannot be read, or is longer than %zu bytes\n", path, sizeof buffer);
    exit(1);
  }
  fclose(file);
  fuzz_input all = {buffer, buffer + size};
  uint8_t *data = fuzz_array(&all, size);
  LLVMFuzzerTestOneInput(data, size);
  free(data);
}

int main(int count, char **arguments) {
  const char *slash = count > 0 ? strrchr(arguments[0], '/') : NULL, *name = slash ? slash + 1 : "";
  char folder[256], path[600];
  snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", name);
  DIR *directory = opendir(folder);
  int inputs = 0;
  for (struct dirent *entry; directory && (entry = readdir(directory));) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    run(path);
    inputs++;
  }
  if (directory) closedir(directory);
  printf("fuzz %s: %d inputs replayed\n", name, inputs);
  return inputs == 0;
}
