// SPDX-License-Identifier: Apache-2.0
// What SystemC wants from every test program.
#include <systemc>

// The library is bound to sc_main at load time, although the tests have a main of their own. If the link order ever
// lets SystemC's main win, no test would run: fail instead of looking green.
int sc_main(int, char*[]);
int sc_main(int, char*[]) {
  return 2;
}
