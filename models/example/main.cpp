#include <tools/memtrain/program.h>

int main(int argc, char** argv) { return memtrain::run_program(argc, argv); }
